-- Two-step sign-in: the seeds that codes are made from, and recovery codes.

-- A fingerprint of the server's key, set with the first seed that it seals. A server with another key does not start.
ALTER TABLE server ADD COLUMN secret_key_check BYTEA;

CREATE TABLE second_factors (
    account_id TEXT PRIMARY KEY REFERENCES accounts (id),
    -- 160 bits, sealed with the server's key for this account.
    seed BYTEA NOT NULL,
    begun_at BIGINT NOT NULL,
    -- NULL until a code of the seed was given.
    enabled_at BIGINT,
    -- The time step of the last code that was taken; no code of it or of an earlier one is taken again.
    last_step BIGINT NOT NULL,
    -- Wrong codes in a row over all routes, and until when none is looked at.
    wrong_in_a_row BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    -- The value of locked_until of which the person was told last.
    told_of_lock BIGINT NOT NULL
);
CREATE INDEX begun_second_factors ON second_factors (begun_at) WHERE enabled_at IS NULL;

CREATE TABLE recovery_codes (
    -- SHA-256 of the code in its normal form.
    code_hash BYTEA PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);
