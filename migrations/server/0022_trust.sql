-- Devices are on probation until somebody says yes, and "it wasn't me" suspends what could be an intruder's until its owner
-- has reviewed it. What was undone before is refused now: the journals of what devices in question did go.

ALTER TABLE devices ADD COLUMN standing TEXT NOT NULL DEFAULT 'trusted' CHECK (standing IN ('trusted', 'probation', 'suspended'));
-- Since when it is on probation.
ALTER TABLE devices ADD COLUMN standing_at BIGINT NOT NULL DEFAULT 0;
UPDATE devices SET standing = 'probation', standing_at = first_seen_at
    WHERE EXISTS (SELECT 1 FROM sign_in_alerts a WHERE a.device_id = devices.id AND a.answered_at IS NULL);
UPDATE devices SET standing = 'suspended', standing_at = disowned_at WHERE disowned_at IS NOT NULL;
ALTER TABLE devices DROP COLUMN disowned_at;

-- Since when the password opens nothing new; NULL for one that does.
ALTER TABLE accounts ADD COLUMN spoiled_at BIGINT;
-- When the password was last reset by a mailed link.
ALTER TABLE accounts ADD COLUMN reset_at BIGINT;
UPDATE accounts SET spoiled_at = (SELECT coalesce(max(a.answered_at), 0) FROM sign_in_alerts a WHERE a.account_id = accounts.id)
    WHERE EXISTS (SELECT 1 FROM records r WHERE r.account_id = accounts.id AND r.collection = 'freeze' AND r.body LIKE '%"frozen_at":%'
                  AND r.body NOT LIKE '%"frozen_at":null%');

-- Devices fetch the records anew whose bodies say it otherwise now.
UPDATE records SET revision = (SELECT a.revision FROM accounts a WHERE a.id = records.account_id)
    + (SELECT count(*) FROM records r WHERE r.account_id = records.account_id AND r.collection = records.collection AND r.id <= records.id
       AND r.body LIKE '%"alert":{"answer":null}%')
    WHERE collection = 'sessions' AND body LIKE '%"alert":{"answer":null}%';
UPDATE records SET body = replace(body, '"alert":{"answer":null}', '"standing":"probation"')
    WHERE collection = 'sessions' AND body LIKE '%"alert":{"answer":null}%';
UPDATE accounts SET revision = coalesce((SELECT max(r.revision) FROM records r WHERE r.account_id = accounts.id), revision);
UPDATE records SET revision = (SELECT a.revision + 1 FROM accounts a WHERE a.id = records.account_id),
    body = replace(body, '}', ',"spoiled_at":' || (SELECT CAST(a.spoiled_at AS TEXT) FROM accounts a WHERE a.id = records.account_id) || '}')
    WHERE collection = 'password' AND body IS NOT NULL
    AND EXISTS (SELECT 1 FROM accounts a WHERE a.id = records.account_id AND a.spoiled_at IS NOT NULL);
INSERT INTO records (account_id, collection, id, revision, body)
    SELECT a.id, 'password', a.id, a.revision + 1,
        '{"changed_at":' || CAST(a.created_at AS TEXT) || ',"spoiled_at":' || CAST(a.spoiled_at AS TEXT) || '}'
    FROM accounts a WHERE a.spoiled_at IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM records r WHERE r.account_id = a.id AND r.collection = 'password' AND r.id = a.id);
UPDATE accounts SET revision = coalesce((SELECT max(r.revision) FROM records r WHERE r.account_id = accounts.id), revision);
DELETE FROM records WHERE collection = 'freeze';

ALTER TABLE emails ADD COLUMN suspended_at BIGINT;
ALTER TABLE emails DROP COLUMN questioned_device_id;
ALTER TABLE email_changes DROP COLUMN questioned_device_id;
ALTER TABLE passkeys ADD COLUMN suspended_at BIGINT;
ALTER TABLE passkeys ADD COLUMN added_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE passkeys DROP COLUMN questioned_device_id;
ALTER TABLE second_factors ADD COLUMN suspended_at BIGINT;
ALTER TABLE second_factors DROP COLUMN questioned_device_id;
ALTER TABLE recovery_codes ADD COLUMN suspended_at BIGINT;
ALTER TABLE recovery_codes DROP COLUMN questioned_device_id;

UPDATE mails SET about = coalesce((SELECT a.device_id FROM sign_in_alerts a WHERE a.session_id = mails.about), about)
    WHERE kind = 'sign-in-alert';
DROP TABLE sign_in_alert_links;
DROP TABLE sign_in_alerts;
DROP TABLE questioned_passwords;
DROP TABLE questioned_usernames;
DROP TABLE questioned_removals;
DELETE FROM jobs WHERE kind = 'freeze-lifted';

DELETE FROM jobs WHERE kind = 'mail' AND id IN
    (SELECT id FROM mails WHERE kind IN ('account-frozen', 'freeze-lifted', 'freeze-lifted-by-operator'));
UPDATE mails SET status = 'withdrawn'
    WHERE status = 'queued' AND kind IN ('account-frozen', 'freeze-lifted', 'freeze-lifted-by-operator');
UPDATE mails SET kind = 'account-secured' WHERE kind IN ('account-frozen', 'freeze-lifted', 'freeze-lifted-by-operator');

-- "It wasn't me", in notices to the primary address.
CREATE TABLE lock_links (
    token_hash BYTEA PRIMARY KEY,
    mail_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- The device that it is about; NULL for anything else.
    device_id TEXT,
    expires_at BIGINT NOT NULL
);
CREATE INDEX lock_links_by_account ON lock_links (account_id);
CREATE INDEX lock_links_by_expiry ON lock_links (expires_at);

-- The links that approve a device, one for each that has asked.
CREATE TABLE approval_links (
    device_id TEXT PRIMARY KEY REFERENCES devices (id),
    token_hash BYTEA NOT NULL UNIQUE,
    expires_at BIGINT NOT NULL
);
