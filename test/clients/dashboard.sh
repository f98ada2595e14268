#!/usr/bin/env bash
# The pages of examples/dashboard are built without a network, read on loopback
# by a browser without a network, and show what SQL says.
#
# needs: command -v npm : npm
# needs: command -v chromium : chromium
# npm: examples/dashboard
. test/lib/clients.sh
. tools/npm.sh

node_is_new || skip 'Observable Framework needs Node.js 20'
CHS_DIR=$PWD

# --- building ----------------------------------------------------------------------

# In a namespace without a network the socket still reaches the server.
alone=(unshare -n)
[ "$(id -u)" -eq 0 ] || alone=(unshare -rn)
"${alone[@]}" true 2>/dev/null || alone=()
socket=${CHS_ADMIN#host=}
export NO_COLOR=1

pages=$CHS_WORK/pages
PGHOST=${socket%% *} PGUSER=postgres build_dashboard "$pages" "${alone[@]}" >"$CHS_WORK/build.log" 2>&1
is "the pages are built${alone[*]:+ without a network}" "$?" 0
is 'no version is asked for' "$(grep -c 'npm:.*→' "$CHS_WORK/build.log")" 0
is 'no page names another server' "$(grep -rhoE '(src|href)="(https?:)?//[^"]*' "$pages/dist")" ''

# --- reading -----------------------------------------------------------------------

"$CHS_PYTHON" -u -m http.server 0 --bind 127.0.0.1 --directory "$pages/dist" >"$CHS_WORK/server.log" 2>&1 &
server=$!
trap 'kill $server' EXIT
for _ in $(seq 50); do
	port=$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$CHS_WORK/server.log")
	[ -z "$port" ] || break
	sleep 0.1
done

# browse PAGE OPTION...: the loopback address is all that it finds
browse()
{
	local page=$1
	shift
	timeout 120 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --hide-scrollbars --user-data-dir="$CHS_WORK/profile" \
		--host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' --window-size=1250,1500 --virtual-time-budget=20000 \
		"$@" "http://127.0.0.1:$port/$page.html" 2>>"$CHS_WORK/chromium.log"
}

# element PAGE ID: its text
element()
{
	sed -n "s/.*<[a-z]* id=\"$2\">\([^<$]*\)<.*/\1/p" "$CHS_WORK/$1.html" | head -n 1
}

for page in index bands customer worklists revenue warning; do
	browse $page --dump-dom >"$CHS_WORK/$page.html"
	browse $page --screenshot="$CHS_WORK/$page.png"
	ok "$page: a screenshot is kept" test -s "$CHS_WORK/$page.png"
	is "$page: no error, no series or number that is none" \
		"$(grep -oE 'observablehq--error|>(null|undefined|NaN)<' "$CHS_WORK/$page.html")" ''
	is "$page: a definitions panel" "$(grep -c 'id="definitions"' "$CHS_WORK/$page.html")" 1
	figures=$(grep -o '<figure' "$CHS_WORK/$page.html" | wc -l)
	is "$page: each chart says as of when, of how many, in which unit" \
		"$(grep -oE '<figcaption>As of [0-9-]{10}, n = [0-9,]+ [^<]+\.<' "$CHS_WORK/$page.html" | wc -l) $(grep -oE '<h3[^>]*>[^<]+' "$CHS_WORK/$page.html" | wc -l)" \
		"$figures $figures"
done
is 'the pages have charts' "$(cat "$CHS_WORK"/{index,bands,customer,revenue,warning}.html | grep -o '<figure' | wc -l)" 13

# --- the numbers -------------------------------------------------------------------

recurring='(SELECT subscription_agg(s.customer_id, s.started, s.ended, s.mrr * r.to_eur) AS s FROM saas.subscriptions s JOIN saas.reporting_rates r USING (currency)) x'
is 'paying customers' "$(element index paying-customers)" "$(sql "SELECT to_char(customers(s, saas.last_day()), 'FM999,990') FROM $recurring")"
is 'MRR' "$(element index mrr)" "$(sql "SELECT to_char(round(mrr(s, saas.last_day())), 'FM999,999,990') FROM $recurring")"
is 'NRR' "$(element index nrr)" "$(sql "SELECT to_char(net_revenue_retention(s, daterange(saas.last_day() - 364, saas.last_day() + 1)), 'FM990.0') FROM $recurring")"
is 'NPS' "$(element index nps)" "$(sql "SELECT replace(to_char(nps(answer), 'FM990.0'), '-', '−') FROM saas.surveys WHERE kind = 'nps' AND answered_on > saas.last_day() - 365")"
is 'the score of the largest customer' "$(element customer score)" \
	"$(sql "SELECT to_char(l.score, 'FM990.0') FROM saas_health.latest l JOIN saas.subscriptions s USING (customer_id) JOIN saas.reporting_rates r USING (currency)
			WHERE l.as_of = saas.last_day() AND s.started <= l.as_of AND (s.ended IS NULL OR s.ended > l.as_of)
			GROUP BY customer_id, l.score ORDER BY sum(s.mrr * r.to_eur) DESC, customer_id LIMIT 1")"
is 'customers of a worklist' "$(element worklists rows)" "$(sql 'SELECT count(*) FROM worklists.renewals_at_risk')"
is 'closing MRR' "$(element revenue closing-mrr)" "$(element index mrr)"
is 'closing customers' "$(element revenue closing-customers)" "$(element index paying-customers)"
