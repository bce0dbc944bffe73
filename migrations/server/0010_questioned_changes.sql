-- What a device does whose own sign-in nobody has answered for, to be undone when it is disowned.

-- The password from before such a device changed it, at most 30 days.
CREATE TABLE questioned_passwords (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    device_id TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX old_questioned_passwords ON questioned_passwords (changed_at);

-- The device of that kind that turned two-step sign-in on.
ALTER TABLE second_factors ADD COLUMN questioned_device_id TEXT;
