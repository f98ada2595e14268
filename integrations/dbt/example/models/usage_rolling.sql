{{ chs.activity_rolling(source('saas', 'sessions'), from_day='2026-06-01', to_day='2026-07-01', as_of=var('as_of'),
                        day='started_at', zone='Europe/Warsaw') }}
