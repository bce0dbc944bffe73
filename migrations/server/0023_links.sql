-- The secrets in links of mails are in one table, and so are all allowances.

CREATE TABLE links (
    token_hash BYTEA PRIMARY KEY,
    -- What it is for, as `secrets::link` has it, and of what: an id.
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    about TEXT,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX links_by_subject ON links (subject, purpose);
CREATE INDEX links_by_account ON links (account_id);
CREATE INDEX links_by_expiry ON links (expires_at);

INSERT INTO links (token_hash, purpose, subject, account_id, expires_at, used_at)
    SELECT c.token_hash, 'confirm-email', c.email_id, e.account_id, c.expires_at, c.used_at
    FROM email_confirmations c JOIN emails e ON e.id = c.email_id;
INSERT INTO links (token_hash, purpose, subject, account_id, expires_at, used_at)
    SELECT l.token_hash, CASE l.purpose WHEN 'new' THEN 'new-address' WHEN 'old' THEN 'old-address' ELSE 'undo-email-change' END,
        l.change_id, c.account_id, l.expires_at, l.used_at
    FROM email_change_links l JOIN email_changes c ON c.id = l.change_id;
INSERT INTO links (token_hash, purpose, subject, account_id, about, expires_at)
    SELECT token_hash, 'lock', mail_id, account_id, device_id, expires_at FROM lock_links;
INSERT INTO links (token_hash, purpose, subject, account_id, expires_at)
    SELECT l.token_hash, 'approve-device', l.device_id, d.account_id, l.expires_at
    FROM approval_links l JOIN devices d ON d.id = l.device_id;
INSERT INTO links (token_hash, purpose, subject, account_id, about, expires_at)
    SELECT token_hash, 'reset-password', account_id, account_id, recipient, expires_at FROM password_resets;
INSERT INTO links (token_hash, purpose, subject, account_id, about, expires_at)
    SELECT app_token_hash, 'reset-in-app', account_id, account_id, recipient, expires_at
    FROM password_resets WHERE app_token_hash IS NOT NULL;
INSERT INTO links (token_hash, purpose, subject, account_id, about, expires_at)
    SELECT opened_hash, 'reset-opened', account_id, account_id, recipient, expires_at
    FROM password_resets WHERE opened_hash IS NOT NULL;
DROP TABLE email_confirmations;
DROP TABLE email_change_links;
DROP TABLE lock_links;
DROP TABLE approval_links;
DROP TABLE password_resets;

INSERT INTO allowances (subject, allowance, whole_at)
    SELECT account_id, 'recovery_mails', whole_at FROM recovery_limits;
INSERT INTO allowances (subject, allowance, whole_at)
    SELECT account_id, 'started_recoveries', started_whole_at FROM recovery_limits;
DROP TABLE recovery_limits;
-- Counts of an hour at most.
DROP TABLE recipient_limits;
