update copycat.bulk_load
set read = read + $3, inserted = inserted + $4, updated = updated + $5, unchanged = unchanged + $6, skipped = skipped + $7, duplicates = duplicates + $8, rejected = rejected + $9
where load_id = $1 and lane = $2