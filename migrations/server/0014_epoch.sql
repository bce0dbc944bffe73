-- Raised whenever the server goes back to a backup: revisions of different epochs say nothing about each other.
ALTER TABLE server ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
