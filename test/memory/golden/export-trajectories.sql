select to_json("trajectory_id")::text as "trajectory_id",
  to_json("step_number")::text as "step_number",
  to_json("action")::text as "action",
  to_json("state")::text as "state",
  to_json("reward")::text as "reward",
  array_to_json("embedding")::text as "embedding",
  "metadata"::text as "metadata",
  '"' || to_char("created_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as "created_at",
  '"' || to_char("updated_at" at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"' as "updated_at"
from "my ""memory"""."trajectories"
order by id