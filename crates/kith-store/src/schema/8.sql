-- Whether the status text is shared with one contact other than with everybody.
ALTER TABLE contact_sharing ADD COLUMN status INTEGER;
