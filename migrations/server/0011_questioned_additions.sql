-- What else a device did whose own sign-in nobody has answered for, to be undone when it is disowned.

-- The device of that kind that added the address,
ALTER TABLE emails ADD COLUMN questioned_device_id TEXT;
-- that asked for the change,
ALTER TABLE email_changes ADD COLUMN questioned_device_id TEXT;
-- that added the passkey,
ALTER TABLE passkeys ADD COLUMN questioned_device_id TEXT;
-- and that had the code made, in place of older ones.
ALTER TABLE recovery_codes ADD COLUMN questioned_device_id TEXT;

-- Sign-ins with the right password that wait for their second factor: who never gives it has the password and no more.
CREATE TABLE unfinished_sign_ins (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The device's key, and who it says it is.
    public_key TEXT NOT NULL,
    device_name TEXT NOT NULL,
    operating_system TEXT NOT NULL,
    -- The client's address.
    address TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, public_key)
);
CREATE INDEX unfinished_sign_ins_by_age ON unfinished_sign_ins (began_at);

-- Freezes that whoever runs the server lifts, until the running server has done so.
CREATE TABLE freezes_to_lift (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    asked_at BIGINT NOT NULL
);
