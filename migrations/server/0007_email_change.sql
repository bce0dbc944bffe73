-- Changes of the primary e-mail address, and the links that confirm, stop and undo them.

CREATE TABLE email_changes (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    -- Both in their normal form. They never change: a link is good for these two alone.
    old_address TEXT NOT NULL,
    new_address TEXT NOT NULL,
    requested_at BIGINT NOT NULL,
    new_confirmed_at BIGINT,
    old_must_confirm BIGINT NOT NULL,
    old_confirmed_at BIGINT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'completed', 'cancelled', 'undone')),
    -- When it reached its state.
    state_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX pending_email_changes ON email_changes (account_id) WHERE state = 'pending';
CREATE INDEX email_changes_by_account ON email_changes (account_id, requested_at);
CREATE INDEX email_changes_by_age ON email_changes (state_at);

CREATE TABLE email_change_links (
    token_hash BYTEA PRIMARY KEY,
    change_id TEXT NOT NULL REFERENCES email_changes (id),
    -- 'new' and 'old' confirm that address, one live link each; 'undo' stops or undoes the change, one in each mail.
    purpose TEXT NOT NULL CHECK (purpose IN ('new', 'old', 'undo')),
    expires_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX confirming_email_change_links ON email_change_links (change_id, purpose) WHERE purpose <> 'undo';
CREATE INDEX email_change_links_by_change ON email_change_links (change_id);
