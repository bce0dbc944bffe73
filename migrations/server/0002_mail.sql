-- E-mail addresses of accounts, the links that confirm them, and the mails that wait to be sent.

CREATE TABLE emails (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- In its normal form, in which addresses are compared.
    address TEXT NOT NULL,
    is_primary BIGINT NOT NULL,
    added_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    -- When the last link was asked for; NULL once confirmed.
    confirmation_sent_at BIGINT,
    UNIQUE (account_id, address)
);
-- An address belongs to the one account that has confirmed it; any number may have it pending.
CREATE UNIQUE INDEX confirmed_emails ON emails (address) WHERE confirmed_at IS NOT NULL;
CREATE UNIQUE INDEX primary_emails ON emails (account_id) WHERE is_primary = 1;

-- The one live link of an address.
CREATE TABLE email_confirmations (
    token_hash BYTEA PRIMARY KEY,
    email_id TEXT NOT NULL UNIQUE REFERENCES emails (id),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- What was asked to be sent to unconfirmed addresses, so that nobody is flooded through this server.
CREATE TABLE email_confirmation_requests (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    -- 1 for another link to an address that the account has, 0 for the first.
    again BIGINT NOT NULL,
    requested_at BIGINT NOT NULL
);
CREATE INDEX email_confirmation_requests_by_account ON email_confirmation_requests (account_id, requested_at);

CREATE TABLE mail_queue (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    -- The id of the address that the mail's link confirms.
    email_id TEXT,
    -- JSON; never a secret.
    parameters TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'bounced', 'failed')),
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    last_error TEXT,
    -- The process that is sending it, and until when the others leave it alone.
    claimed_by TEXT,
    claimed_until BIGINT
);
CREATE INDEX queued_mails ON mail_queue (next_attempt_at) WHERE status = 'queued';
CREATE INDEX queued_mails_by_email ON mail_queue (email_id) WHERE status = 'queued';
CREATE INDEX mails_by_recipient ON mail_queue (recipient, created_at);
CREATE INDEX mails_by_account ON mail_queue (account_id, created_at);
