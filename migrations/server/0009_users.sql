-- Administration: who may do it, and what is searched for.

-- What somebody may do besides using their own account. Set on the server's command line; no request sets it.
ALTER TABLE accounts ADD COLUMN role TEXT NOT NULL DEFAULT 'person' CHECK (role IN ('person', 'administrator'));
-- The display name in small letters by the rules of Unicode, which SQLite does not know. Names from before this are
-- folded as far as the database can, and wholly when they are next changed.
ALTER TABLE accounts ADD COLUMN display_name_folded TEXT NOT NULL DEFAULT '';
UPDATE accounts SET display_name_folded = lower(display_name);

-- Roles that were changed beside the running server, until it has told the person and their devices.
CREATE TABLE role_changes (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    changed_at BIGINT NOT NULL
);
