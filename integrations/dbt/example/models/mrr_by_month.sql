{{ chs.mrr_movements(ref('contracts'), from_day='2025-07-01', to_day='2026-07-01', as_of=var('as_of')) }}
