{{ chs.retention_timeline(ref('lives'), from_day='2026-01-01', to_day='2026-07-01', as_of=var('as_of'), by=['segment']) }}
