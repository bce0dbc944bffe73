-- A link into the app that resets a password opens for the device that asked for it alone (RFC 8252, section 8.1): any
-- program may register the scheme.

-- The hash of the token in that link, which is made from the one of the page and leads back to nothing.
ALTER TABLE password_resets ADD COLUMN app_token_hash BYTEA;
-- The hash of what the device was given for it, which resets the password as the page's token does.
ALTER TABLE password_resets ADD COLUMN opened_hash BYTEA;

-- The device that last asked for such a mail, where it is known to the account.
CREATE TABLE recovery_askers (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    public_key TEXT NOT NULL,
    asked_at BIGINT NOT NULL
);
