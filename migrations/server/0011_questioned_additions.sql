-- What else a device did whose own sign-in nobody has answered for, to be undone when it, or another one in question, is
-- disowned.

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

-- The username from before such a device changed it, and the confirmed addresses that it removed; at most 30 days.
CREATE TABLE questioned_usernames (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    device_id TEXT NOT NULL,
    username TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_id)
);
CREATE INDEX questioned_usernames_by_name ON questioned_usernames (username);
CREATE INDEX old_questioned_usernames ON questioned_usernames (changed_at);
CREATE TABLE questioned_removals (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    address TEXT NOT NULL,
    device_id TEXT NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, address)
);
CREATE INDEX old_questioned_removals ON questioned_removals (removed_at);

-- Mails with a link to an address that nobody has proven to be the account's, in the hour from began_at: of one account,
-- and of all together under the account ''.
CREATE TABLE recipient_limits (
    recipient TEXT NOT NULL,
    account_id TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    mails BIGINT NOT NULL,
    PRIMARY KEY (recipient, account_id)
);
CREATE INDEX old_recipient_limits ON recipient_limits (began_at);

-- The same allowance for mails that administrators start: what anybody can ask for must not use theirs up.
ALTER TABLE recovery_limits ADD COLUMN started_whole_at BIGINT NOT NULL DEFAULT 0;

-- When a mail was tried first: a day of tries begins with it.
ALTER TABLE mail_queue ADD COLUMN first_tried_at BIGINT;

-- The password is kept for each device that changes it: an answer about one must not make void what another one replaced.
CREATE TABLE questioned_passwords_by_device (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    device_id TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_id)
);
INSERT INTO questioned_passwords_by_device SELECT account_id, device_id, password_hash, changed_at FROM questioned_passwords;
DROP TABLE questioned_passwords;
ALTER TABLE questioned_passwords_by_device RENAME TO questioned_passwords;
CREATE INDEX old_questioned_passwords ON questioned_passwords (changed_at);
