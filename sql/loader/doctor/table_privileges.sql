-- What the user may do with a table.
SELECT
  {name} AS table_name,
  has_table_privilege({table}, 'SELECT') AS may_select,
  has_table_privilege({table}, 'INSERT') AS may_insert,
  has_table_privilege({table}, 'UPDATE') AS may_update,
  has_table_privilege({table}, 'DELETE') AS may_delete
