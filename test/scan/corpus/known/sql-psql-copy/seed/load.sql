-- writes: 2 sql
\copy presets (id, name, usage_count) from 'presets.csv' csv header
