-- Tokens whose successor has been used, so that one that comes again is known for what it is.
CREATE TABLE replaced_tokens (
    token_hash BYTEA PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    replaced_at BIGINT NOT NULL,
    -- When its owner was told that it was used.
    told_at BIGINT
);
CREATE INDEX replaced_tokens_by_session ON replaced_tokens (session_id);
CREATE INDEX replaced_tokens_by_age ON replaced_tokens (replaced_at);
