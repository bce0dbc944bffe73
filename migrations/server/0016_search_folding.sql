-- Names are compared without accents from now on when somebody searches, which no database knows how to do: an empty one
-- is folded by the program when it next starts.
UPDATE accounts SET display_name_folded = '';
