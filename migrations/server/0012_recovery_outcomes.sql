-- Why no mail was sent for a ticket: 'limited', 'frozen' or 'no_address'; NULL where one was, and in tickets from before.
ALTER TABLE recovery_tickets ADD COLUMN outcome TEXT;
-- From when on another mail is sent, where the account had its share.
ALTER TABLE recovery_tickets ADD COLUMN retry_at BIGINT;
