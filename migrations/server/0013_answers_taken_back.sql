-- On which device it was said whose sign-in it was; NULL for the link in the mail, and for answers from before.
ALTER TABLE sign_in_alerts ADD COLUMN answered_by_device_id TEXT;
