-- Tokens that take the place of others, step-up, and links that reset a password.

-- The token before the one of token_hash: it opens the session too, until that is first used.
ALTER TABLE sessions ADD COLUMN previous_token_hash BYTEA;
-- Until when at most; NULL for as long as the session lasts.
ALTER TABLE sessions ADD COLUMN previous_until BIGINT;
-- Until when the password was given recently enough in this session, with the token of token_hash.
ALTER TABLE sessions ADD COLUMN stepped_up_until BIGINT;
CREATE UNIQUE INDEX sessions_by_previous_token ON sessions (previous_token_hash) WHERE previous_token_hash IS NOT NULL;

-- The one live link of an account that resets its password.
CREATE TABLE password_resets (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    token_hash BYTEA NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);

-- When the allowance of an account for mails with such a link is whole again: the generic cell rate algorithm.
CREATE TABLE recovery_limits (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    whole_at BIGINT NOT NULL
);

-- What a device that asked for such a mail, and is known to the account, may ask about it.
CREATE TABLE recovery_tickets (
    ticket_hash BYTEA PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The id of the mail; NULL where none was sent.
    mail_id TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX recovery_tickets_by_age ON recovery_tickets (created_at);
