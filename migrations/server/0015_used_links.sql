-- Links that confirm stay after their use, so that whoever opens one again is told that it has done its work.
ALTER TABLE email_confirmations ADD COLUMN used_at BIGINT;
ALTER TABLE email_change_links ADD COLUMN used_at BIGINT;
