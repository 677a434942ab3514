-- writes: 7 migration-counter
-- Each job that is queued with a preset is a use of that preset.
ALTER TABLE generation_jobs ADD COLUMN preset_id uuid REFERENCES presets (id);

CREATE INDEX generation_jobs_preset_id_idx ON generation_jobs (preset_id);

CREATE OR REPLACE RULE generation_job_counts_preset AS
  ON INSERT TO generation_jobs
  WHERE NEW.preset_id IS NOT NULL
  DO ALSO
    UPDATE presets
       SET usage_count = usage_count + 1
     WHERE id = NEW.preset_id;
