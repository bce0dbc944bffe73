-- Mails are kept for a while and then deleted by their age.
CREATE INDEX mails_by_age ON mail_queue (created_at);
