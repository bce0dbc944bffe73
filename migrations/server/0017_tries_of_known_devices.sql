-- Wrong codes are counted by themselves for each device that has given a right one, so that whoever has the password alone
-- does not keep the owner out. Such a device has its id here, a mailed link 'link', and all others share ''.
CREATE TABLE second_factor_tries (
    account_id TEXT NOT NULL REFERENCES second_factors (account_id) ON DELETE CASCADE,
    device_id TEXT NOT NULL,
    wrong_in_a_row BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    -- The value of locked_until of which the person was told last.
    told_of_lock BIGINT NOT NULL,
    PRIMARY KEY (account_id, device_id)
);
INSERT INTO second_factor_tries (account_id, device_id, wrong_in_a_row, locked_until, told_of_lock)
    SELECT account_id, '', wrong_in_a_row, locked_until, told_of_lock FROM second_factors;
ALTER TABLE second_factors DROP COLUMN wrong_in_a_row;
ALTER TABLE second_factors DROP COLUMN locked_until;
ALTER TABLE second_factors DROP COLUMN told_of_lock;

-- When the device last gave a right code, or what takes its place.
ALTER TABLE devices ADD COLUMN code_given_at BIGINT;
