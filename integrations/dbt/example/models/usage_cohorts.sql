{{ chs.cohort_retention(source('saas', 'sessions'), from_day='2026-01-01', to_day='2026-07-01', as_of=var('as_of'),
                        day='started_at', zone='Europe/Warsaw', entry=source('saas', 'customers'), entry_customer='id', entry_day='signed_up') }}
