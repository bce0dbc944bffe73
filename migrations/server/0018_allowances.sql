-- When an allowance is whole again (the generic cell rate algorithm): of an account or a session by its id, of the whole
-- server under the subject ''.
CREATE TABLE allowances (
    subject TEXT NOT NULL,
    allowance TEXT NOT NULL,
    whole_at BIGINT NOT NULL,
    PRIMARY KEY (subject, allowance)
);
CREATE INDEX whole_allowances ON allowances (whole_at);

-- The address that the live link went to: what happens to another one leaves the link as it is.
ALTER TABLE password_resets ADD COLUMN recipient TEXT NOT NULL DEFAULT '';

-- Activity is found by its age, which is what its ids begin with; those of sums have another version.
CREATE INDEX activity_by_age ON records (id)
    WHERE collection = 'activity' AND body IS NOT NULL AND substr(id, 15, 1) = '7';
