{{ chs.nps(ref('answers'), by=['segment'], where="answered_on > " ~ chs.day(var('as_of')) ~ " - 90") }}
