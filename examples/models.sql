-- Health models for the two sample companies, as JSON in a table.
-- Load saas.sql and shop.sql first.
--
-- One model per lifecycle stage: what counts as healthy in the first weeks is
-- not what counts after two years.  Every name is a column of customer_signals.
-- within_days is 31, not 30: a month of 31 days lies between two snapshots.

begin;
set local client_min_messages = warning;

-- ---------------------------------------------------------------------------
-- SaaS: one weighted mean per stage
-- ---------------------------------------------------------------------------
drop table if exists saas.health_models;
create table saas.health_models (
    id       text primary key,
    stage    text not null,
    segment  text,                            -- NULL: every segment
    model    jsonb not null,
    unique nulls not distinct (stage, segment)
);
comment on table saas.health_models is 'One health model per lifecycle stage';

insert into saas.health_models (id, stage, model) values
('saas-onboarding', 'onboarding', '{
  "title": "SaaS, customers in onboarding", "version": "2026-06", "owner": "onboarding team",
  "note": "Early on, starting to use the product is nearly everything.",
  "signals": [
    {"name": "logins_30d", "label": "Logins in 30 days", "group": "usage", "weight": 25,
     "curve": [[0, 0], [1, 40], [3, 75], [6, 95], [10, 100]], "action": "offer a kick-off session"},
    {"name": "adoption", "label": "Features in use", "unit": "share of the plan", "group": "usage", "weight": 20,
     "curve": [[0, 0], [0.2, 50], [0.4, 90], [0.7, 100]], "action": "walk through the first workflow"},
    {"name": "seat_usage", "label": "Seats in use", "unit": "share of seats", "group": "usage", "weight": 10,
     "worst": 0, "best": 0.8, "action": "help to invite the team"},
    {"name": "days_since_login", "label": "Days since the last login", "unit": "days", "group": "usage", "weight": 10,
     "worst": 30, "best": 7, "action": "call the owner of the account"},
    {"name": "onboarding_answer", "label": "Onboarding survey", "unit": "1-5", "group": "voice", "weight": 15,
     "worst": 1, "best": 5, "at": "onboarding_on", "expires_after_days": 120, "action": "ask what is missing"},
    {"name": "sentiment", "label": "Tone of e-mails", "group": "voice", "weight": 10,
     "values": {"negative": 0, "neutral": 60, "positive": 100}, "at": "sentiment_on", "half_life_days": 30, "expires_after_days": 90},
    {"name": "urgent_90d", "label": "Urgent tickets in 90 days", "group": "support", "weight": 10,
     "steps": [[0, 100], [1, 70], [2, 40], [4, 0]], "action": "name one contact in support"}
  ],
  "missing": "skip", "min_coverage": 50,
  "caps": [{"signal": "days_since_login", "above": 21, "score": 35, "reason": "nobody has logged in for three weeks"}],
  "bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40},
            {"name": "healthy", "color": "green", "from": 70}],
  "alerts": {"drop": 20, "within_days": 31, "hysteresis": 3}}'),
('saas-adopted', 'adopted', '{
  "title": "SaaS, adopted customers", "version": "2026-06", "owner": "success team",
  "signals": [
    {"name": "logins_30d", "label": "Logins in 30 days", "group": "usage", "weight": 25,
     "curve": [[0, 0], [1, 25], [3, 60], [6, 85], [12, 100]], "action": "ask what keeps them away"},
    {"name": "usage_trend", "label": "Usage against the two months before", "unit": "ratio", "group": "usage", "weight": 10,
     "curve": [[0, 0], [0.5, 40], [1, 85], [1.3, 100]], "action": "look for what changed"},
    {"name": "adoption", "label": "Features in use", "unit": "share of the plan", "group": "usage", "weight": 15,
     "curve": [[0, 0], [0.3, 45], [0.6, 85], [0.9, 100]], "action": "show one more feature"},
    {"name": "seat_usage", "label": "Seats in use", "unit": "share of seats", "group": "usage", "weight": 10,
     "worst": 0.3, "best": 1, "action": "train the silent users"},
    {"name": "nps", "label": "Likely to recommend", "unit": "0-10", "group": "voice", "weight": 10,
     "worst": 3, "best": 10, "at": "nps_on", "half_life_days": 180, "expires_after_days": 365, "action": "call about the answer"},
    {"name": "sentiment", "label": "Tone of e-mails", "group": "voice", "weight": 10,
     "values": {"negative": 0, "neutral": 60, "positive": 100}, "at": "sentiment_on", "half_life_days": 60, "expires_after_days": 180},
    {"name": "csat_90d", "label": "Satisfied with support", "unit": "%", "group": "support", "weight": 5,
     "worst": 0, "best": 100},
    {"name": "open_tickets", "label": "Open tickets", "group": "support", "weight": 10,
     "steps": [[0, 100], [1, 70], [3, 30], [5, 0]], "action": "clear the open tickets"},
    {"name": "days_overdue", "label": "Invoice overdue", "unit": "days", "group": "payments", "weight": 10,
     "worst": 60, "best": 0, "action": "call accounting"},
    {"name": "pulse", "label": "Pulse of the success manager", "unit": "1-5", "group": "relationship", "weight": 15,
     "worst": 1, "best": 5, "at": "pulse_on", "half_life_days": 45, "expires_after_days": 90, "action": "make a plan with the manager"}
  ],
  "missing": "skip", "min_coverage": 40,
  "caps": [{"signal": "days_overdue", "above": 60, "score": 30, "reason": "invoice over 60 days late"},
           {"signal": "logins_30d", "below": 1, "score": 38, "reason": "nobody logged in for 30 days"}],
  "bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40},
            {"name": "healthy", "color": "green", "from": 70}],
  "alerts": {"drop": 15, "within_days": 31, "hysteresis": 3}}'),
('saas-mature', 'mature', '{
  "title": "SaaS, mature customers", "version": "2026-06", "owner": "success team",
  "note": "Usage still counts, but half of the weight lies on the relationship, on value and on payments.",
  "groups": {"usage": {"weight": 45, "label": "Usage"}, "voice": {"weight": 25, "label": "Voice of the customer"},
             "value": {"weight": 20, "label": "Value and advocacy"}, "payments": {"weight": 10, "label": "Payments"}},
  "signals": [
    {"name": "logins_30d", "label": "Logins in 30 days", "group": "usage", "weight": 3,
     "curve": [[0, 0], [1, 25], [3, 65], [6, 90], [12, 100]], "action": "ask what keeps them away"},
    {"name": "users_active_share", "label": "Users active in 30 days", "unit": "share of users", "group": "usage", "weight": 1,
     "curve": [[0, 0], [0.2, 60], [0.5, 100]], "action": "train the silent users"},
    {"name": "adoption", "label": "Features in use", "unit": "share of the plan", "group": "usage", "weight": 2,
     "curve": [[0, 0], [0.3, 45], [0.7, 100]], "action": "show one more feature"},
    {"name": "nps", "label": "Likely to recommend", "unit": "0-10", "group": "voice", "weight": 2,
     "worst": 3, "best": 10, "at": "nps_on", "half_life_days": 180, "expires_after_days": 540, "action": "call about the answer"},
    {"name": "ces_latest", "label": "Ease of use", "unit": "1-7", "group": "voice", "weight": 1,
     "worst": 2, "best": 7, "at": "ces_on", "expires_after_days": 365},
    {"name": "pulse", "label": "Pulse of the success manager", "unit": "1-5", "group": "voice", "weight": 2,
     "worst": 1, "best": 5, "at": "pulse_on", "half_life_days": 60, "expires_after_days": 120, "action": "make a plan with the manager"},
    {"name": "median_resolution_hours", "label": "Median time to solve a ticket", "unit": "hours", "group": "voice", "weight": 1,
     "steps": [[0, 100], [12, 80], [24, 60], [48, 30], [96, 0]], "action": "review the ticket queue"},
    {"name": "roi_percent", "label": "Reported return", "unit": "%", "group": "value", "weight": 2,
     "worst": -50, "best": 120, "at": "roi_on", "expires_after_days": 365, "action": "repeat the value review"},
    {"name": "seat_usage", "label": "Seats in use", "unit": "share of seats", "group": "value", "weight": 2,
     "worst": 0.3, "best": 0.9, "action": "offer the right number of seats"},
    {"name": "reference_customer", "label": "Serves as a reference", "group": "value", "weight": 0.5,
     "worst": 0, "best": 1, "action": "ask to be a reference"},
    {"name": "days_overdue", "label": "Invoice overdue", "unit": "days", "group": "payments", "weight": 2,
     "worst": 60, "best": 0, "missing": "neutral", "action": "call accounting"},
    {"name": "reminders_90d", "label": "Payment reminders in 90 days", "group": "payments", "weight": 1,
     "steps": [[0, 100], [1, 60], [2, 30], [4, 0]], "missing": "neutral"}
  ],
  "missing": "skip", "min_coverage": 40,
  "caps": [{"signal": "days_overdue", "above": 60, "score": 30, "reason": "invoice over 60 days late"},
           {"signal": "logins_30d", "below": 1, "score": 38, "reason": "nobody logged in for 30 days"}],
  "floors": [{"signal": "reference_customer", "above": 0, "score": 40, "reason": "serves as a reference"}],
  "bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40},
            {"name": "healthy", "color": "green", "from": 70}],
  "alerts": {"drop": 15, "within_days": 31, "hysteresis": 3}}');

-- ---------------------------------------------------------------------------
-- Shop: a mean for regulars, points for those of whom little is known
-- ---------------------------------------------------------------------------
drop table if exists shop.health_models;
create table shop.health_models (
    id       text primary key,
    stage    text not null,
    segment  text,                            -- NULL: every segment
    model    jsonb not null,
    unique nulls not distinct (stage, segment)
);
comment on table shop.health_models is 'One health model per stage: visitor, first order, regular';

insert into shop.health_models (id, stage, model) values
('shop-visitor', 'visitor', '{
  "title": "Shop, registered but no order yet", "version": "2026-06", "owner": "marketing",
  "method": "points", "base": 40,
  "signals": [
    {"name": "visits_30d", "label": "Visits in 30 days", "points": 8, "max": 40, "action": "show what they looked at"},
    {"name": "newsletter_clicks", "label": "Newsletter clicks in half a year", "points": 10, "max": 20},
    {"name": "unsubscribed", "label": "Left the newsletter", "points": -15},
    {"name": "tenure_days", "label": "Days since registration", "unit": "days", "points": -0.1, "min": -30, "action": "send a first-order voucher"}
  ],
  "bands": [{"name": "cold", "color": "red", "from": 0}, {"name": "warm", "color": "yellow", "from": 35},
            {"name": "hot", "color": "green", "from": 60}]}'),
('shop-first-order', 'first order', '{
  "title": "Shop, one order so far", "version": "2026-06", "owner": "marketing",
  "note": "Good actions raise the score, bad ones lower it; an order long ago weighs most.",
  "method": "points", "base": 70,
  "signals": [
    {"name": "days_since_order", "label": "Days since the order", "unit": "days", "points": -0.3, "min": -60, "action": "send a voucher for the second order"},
    {"name": "visits_90d", "label": "Visits in 90 days", "points": 4, "max": 20, "action": "show what they looked at"},
    {"name": "newsletter_clicks", "label": "Newsletter clicks in half a year", "points": 5, "max": 15},
    {"name": "recommendations_365d", "label": "Friends brought", "points": 15, "max": 30},
    {"name": "complaints_365d", "label": "Complaints", "points": -12, "min": -24, "action": "apologise and make it good"},
    {"name": "open_complaints", "label": "Open complaints", "points": -15, "min": -30, "action": "answer the complaint"},
    {"name": "refunds_share", "label": "Share refunded", "points": -20, "min": -20}
  ],
  "caps": [{"signal": "days_since_order", "above": 240, "score": 35, "reason": "no second order within 240 days"}]}'),
('shop-regular', 'regular', '{
  "title": "Shop, regular customers", "version": "2026-06", "owner": "customer care",
  "groups": {"buying": {"weight": 50, "label": "Buying"}, "visits": {"weight": 25, "label": "Returning to the shop"},
             "voice": {"weight": 25, "label": "Opinion and trouble"}},
  "signals": [
    {"name": "overdue_gaps", "label": "Time since the last order", "unit": "mean gaps", "group": "buying", "weight": 3,
     "curve": [[1, 100], [2, 75], [3, 45], [5, 10], [8, 0]], "action": "send what they usually buy"},
    {"name": "orders_365d", "label": "Orders in a year", "group": "buying", "weight": 1,
     "curve": [[0, 0], [2, 40], [6, 80], [12, 100]]},
    {"name": "refunds_share", "label": "Share refunded", "group": "buying", "weight": 1, "worst": 0.5, "best": 0, "action": "ask what did not fit"},
    {"name": "visits_30d", "label": "Visits in 30 days", "group": "visits", "weight": 2,
     "curve": [[0, 20], [1, 65], [3, 100]], "action": "show what is new"},
    {"name": "days_since_visit", "label": "Days since the last visit", "unit": "days", "group": "visits", "weight": 2,
     "worst": 120, "best": 10},
    {"name": "newsletter_opens", "label": "Newsletters opened", "unit": "share", "group": "visits", "weight": 1, "worst": 0, "best": 0.7},
    {"name": "stars", "label": "Stars of the last review", "unit": "1-5", "group": "voice", "weight": 2,
     "worst": 1, "best": 5, "at": "stars_on", "half_life_days": 180, "expires_after_days": 540, "action": "answer the review"},
    {"name": "tone", "label": "Tone of the last review", "group": "voice", "weight": 1,
     "values": {"negative": 0, "neutral": 60, "positive": 100}, "at": "tone_on", "expires_after_days": 365},
    {"name": "complaints_365d", "label": "Complaints in a year", "group": "voice", "weight": 2,
     "steps": [[0, 100], [1, 60], [2, 30], [4, 0]], "action": "apologise and make it good"},
    {"name": "open_complaints", "label": "Open complaints", "group": "voice", "weight": 1,
     "worst": 2, "best": 0, "action": "answer the complaint"}
  ],
  "missing": "skip", "min_coverage": 50,
  "caps": [{"signal": "overdue_gaps", "above": 6, "score": 38, "reason": "silent for six times the usual gap"}],
  "bands": [{"name": "unhealthy", "color": "red", "from": 0}, {"name": "at risk", "color": "yellow", "from": 40},
            {"name": "healthy", "color": "green", "from": 70}],
  "alerts": {"drop": 20, "within_days": 60, "hysteresis": 3}}');

commit;
