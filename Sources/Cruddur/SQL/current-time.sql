-- The database's clock, by which rows are dated.
SELECT now() AS now
