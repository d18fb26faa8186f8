-- Nobody else may have loaded one of this run's files since the run was planned.
SELECT CAST(CASE WHEN COUNT(*) = 0 THEN '0' ELSE 'starload guard: ledger' END AS INTEGER) AS passed
FROM load_ledger planned
JOIN load_ledger loaded ON loaded.staging_table = planned.staging_table AND loaded.uri = planned.uri
WHERE planned.loaded_at = {now} AND loaded.loaded_at > planned.planned_stamp AND loaded.loaded_at < {now}
