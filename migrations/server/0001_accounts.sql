-- One text serves SQLite and PostgreSQL: TEXT, BIGINT and BYTEA alone. Instants are microseconds since 1970 UTC,
-- identifiers UUIDs of version 7 as text, tokens are stored as SHA-256.

-- One row: which server this is, the same for all nodes on one database.
CREATE TABLE server (
    id TEXT PRIMARY KEY,
    singleton BIGINT NOT NULL UNIQUE CHECK (singleton = 1),
    created_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    display_name TEXT NOT NULL,
    language TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    -- Grows with every committed change that the account can see.
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

-- What devices synchronise. A row without a body says that the thing is gone.
CREATE TABLE records (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    collection TEXT NOT NULL,
    id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (account_id, collection, id)
);
CREATE UNIQUE INDEX records_by_revision ON records (account_id, revision);

-- A device as an account knows it: one device key.
CREATE TABLE devices (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    public_key TEXT NOT NULL,
    name TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    UNIQUE (account_id, public_key)
);

CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    token_hash BYTEA NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    device_id TEXT NOT NULL REFERENCES devices (id),
    expires_at BIGINT NOT NULL,
    last_active_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- The notice as its device gets it, JSON; set together with ended_at.
    ended_notice TEXT,
    -- Whether the record is still in the account's view.
    published BIGINT NOT NULL
);
CREATE INDEX live_sessions_by_account ON sessions (account_id) WHERE ended_at IS NULL;
CREATE INDEX live_sessions_by_expiry ON sessions (expires_at) WHERE ended_at IS NULL;
CREATE INDEX live_sessions_by_activity ON sessions (last_active_at) WHERE ended_at IS NULL;
CREATE INDEX ended_sessions ON sessions (ended_at) WHERE ended_at IS NOT NULL;

-- Wrong passwords in a row, by what was tried: SHA-256 over a sign-in name, or over an account and a device key.
CREATE TABLE sign_in_failures (
    subject BYTEA PRIMARY KEY,
    in_a_row BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    last_at BIGINT NOT NULL
);
CREATE INDEX sign_in_failures_by_age ON sign_in_failures (last_at);

-- Answers given, so that a request that comes again changes nothing twice.
CREATE TABLE idempotency_keys (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
