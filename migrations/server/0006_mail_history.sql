-- Mail history, delivery reports, sign-in alerts, folded activity.

-- What a mail's link is for, by its kind: the address that it confirms, the session that it asks about.
ALTER TABLE mail_queue RENAME COLUMN email_id TO about;
-- The mail that was sent again with this one.
ALTER TABLE mail_queue ADD COLUMN again_of TEXT;
-- The id of the warning that its recipient, the owner of the address, got in its place.
ALTER TABLE mail_queue ADD COLUMN warning_id TEXT;

-- What other mail servers reported of mails that had been handed over, until the worker has noted it.
CREATE TABLE bounce_reports (
    mail_id TEXT PRIMARY KEY REFERENCES mail_queue (id),
    answer TEXT NOT NULL,
    received_at BIGINT NOT NULL
);

-- Set when the owner said of the device's first sign-in that it was somebody else; it counts as new again then.
ALTER TABLE devices ADD COLUMN disowned_at BIGINT;

-- Questions to the owner whether a sign-in was theirs. The session is the newest of the device that took part in it.
CREATE TABLE sign_in_alerts (
    session_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    device_id TEXT NOT NULL REFERENCES devices (id),
    asked_at BIGINT NOT NULL,
    answered_at BIGINT
);
CREATE INDEX sign_in_alerts_by_account ON sign_in_alerts (account_id, asked_at);
CREATE INDEX open_sign_in_alerts ON sign_in_alerts (device_id) WHERE answered_at IS NULL;
CREATE INDEX sign_in_alerts_by_age ON sign_in_alerts (asked_at);

-- The one live link of each mail that asks.
CREATE TABLE sign_in_alert_links (
    token_hash BYTEA PRIMARY KEY,
    mail_id TEXT NOT NULL UNIQUE,
    session_id TEXT NOT NULL REFERENCES sign_in_alerts (session_id) ON UPDATE CASCADE ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_alert_links_by_session ON sign_in_alert_links (session_id);

-- Which activity entry the repeats within an hour from one address are folded into.
CREATE TABLE activity_folds (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    -- Hours since 1970 UTC.
    hour BIGINT NOT NULL,
    activity_id TEXT NOT NULL,
    PRIMARY KEY (account_id, kind, address, hour)
);
CREATE INDEX activity_folds_by_age ON activity_folds (hour);
