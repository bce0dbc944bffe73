-- Passkeys (Web Authentication) as a second factor, and what is under way on a page for them.

CREATE TABLE passkeys (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- SHA-256 of the credential's id, which authenticators choose: it belongs to one account.
    credential_hash BYTEA NOT NULL UNIQUE,
    -- The credential with its public key, JSON.
    credential TEXT NOT NULL,
    -- Its signature counter; 0 for one that does not count.
    counter BIGINT NOT NULL
);
CREATE INDEX passkeys_by_account ON passkeys (account_id);

CREATE TABLE passkey_requests (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- What the page is for: to add a passkey, to sign a device in, to reset the password.
    purpose TEXT NOT NULL CHECK (purpose IN ('add', 'sign_in', 'reset')),
    -- SHA-256 of the token in the page's address.
    token_hash BYTEA NOT NULL UNIQUE,
    -- To add: the session that asked, which must still be live.
    session_id TEXT,
    -- To sign in: the device's key. What it is called and where it asks from, for people to read.
    public_key TEXT,
    device_name TEXT NOT NULL,
    address TEXT NOT NULL,
    -- What the browser was asked last, JSON; NULL before, and once it was answered.
    ceremony TEXT,
    -- To sign in: SHA-256 of the code that the browser was given.
    completion_hash BYTEA,
    expires_at BIGINT NOT NULL
);
-- One page to add a passkey, and one sign-in of each device.
CREATE UNIQUE INDEX adding_passkey_requests ON passkey_requests (account_id) WHERE purpose = 'add';
CREATE UNIQUE INDEX signing_in_passkey_requests ON passkey_requests (account_id, public_key) WHERE purpose = 'sign_in';
CREATE INDEX passkey_requests_by_account ON passkey_requests (account_id);
CREATE INDEX passkey_requests_by_expiry ON passkey_requests (expires_at);
