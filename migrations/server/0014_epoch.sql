-- Raised whenever the server goes back to a backup, with the revision of every account.
ALTER TABLE server ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1;
