#!/usr/bin/env bash
# make fuzz, the second half: libFuzzer tries every text and binary input of
# chs (test/fuzz/fuzz_inputs.c), watched by AddressSanitizer and
# UndefinedBehaviorSanitizer, for CHS_SECONDS (60) each.
#
# It begins with real values of a private cluster (test/fuzz/seeds.sql), the
# inputs that found mistakes before (test/fuzz/cases/TARGET), and what earlier
# runs kept in build/fuzz/corpus.  An input that ends the program is left in
# build/fuzz/found.  TESTS="healthmodel.in ..." runs only these targets.
. "$(dirname "$0")/common.sh"
. "$(dirname "$0")/need.sh"
. "$(dirname "$0")/cluster.sh"
. "$(dirname "$0")/checked-server.sh"

packages_for 'command -v clang:clang' 'clang -fsanitize=fuzzer,address -x c -c -o /dev/null /dev/null:libclang-rt-dev'
need test
own_server=$PG_CONFIG
need_checked_server
# the seeds are made on the machine's own server, for which chs is built already
PG_CONFIG=$own_server
make_options=()
hold fuzz
trap '[ -z "$room" ] || remove_room; rm -f build/fuzz.pid build/fuzz.room' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fuzz=build/fuzz
seconds=${CHS_SECONDS:-60}

# --- seeds and the list of types, from the catalogue --------------------------

query()
{
	as_server "$bindir/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$room/run" -U postgres -d postgres "$@" </dev/null
}

write_seeds()
{
	mkdir -p "$room/run/sql" &&
		perl -Itest/lib -MChsStored -e 'print "$_->{make};\n" for @ChsStored::stored' >"$room/run/sql/stored.sql" &&
		cp test/fuzz/seeds.sql "$room/run/sql/" && chmod -R a+rX "$room/run/sql" &&
		query -c 'CREATE EXTENSION chs' && query -f sql/stored.sql -f sql/seeds.sql || return 1
	query -F ' ' -c "SELECT type, form, encode(bytes, 'hex') FROM seeds" >$fuzz/seeds.hex || return 1
	perl -e '
		my $folder = shift;
		while (<>)
		{
			chomp;
			my ($type, $form, $hex) = split / /;
			mkdir "$folder/$type.$form";
			open(my $file, ">:raw", "$folder/$type.$form/seed.$.") or die "$folder: $!";
			print $file pack("H*", $hex);
			close $file;
		}' $fuzz/seeds <$fuzz/seeds.hex
}

write_targets()
{
	query -c "SELECT format('CHS_TARGET(%s, %s, %s, %s, %s, %s)', typname, i.prosrc, o.prosrc, r.prosrc, s.prosrc, c.prosrc)
		FROM pg_type t JOIN pg_proc i ON i.oid = typinput JOIN pg_proc o ON o.oid = typoutput JOIN pg_proc r ON r.oid = typreceive
		JOIN pg_proc s ON s.oid = typsend JOIN pg_proc c ON c.proname = typname || '_cmp'
		WHERE i.proname = typname || '_in' AND i.probin ~ 'chs' ORDER BY typname" >$fuzz/targets.h.new || return 1
	cmp -s $fuzz/targets.h.new $fuzz/targets.h || mv $fuzz/targets.h.new $fuzz/targets.h
	[ -s $fuzz/targets.h ]
}

build_program()
{
	"${CHS_MAKE:-make}" -C $fuzz -f ../../test/fuzz/Makefile -j"$(nproc 2>/dev/null || echo 1)" \
		SERVER="$checked/build" SERVER_SOURCE="$checked_source" all
}

# --- one target ----------------------------------------------------------------

# a value that recv takes is, flat, a seed of stored
write_stored()
{
	local type=$1
	mkdir -p "$fuzz/seeds/$type.stored"
	CHS_TARGET=$type.recv CHS_STORED=$fuzz/seeds/$type.stored ASAN_OPTIONS=detect_leaks=0 \
		$fuzz/fuzz_inputs -runs=0 "$fuzz/seeds/$type.recv" >"$fuzz/log/$type.seeds" 2>&1
}

run_target()
{
	local target=$1 log=$fuzz/log/$1 guidance=-use_value_profile=1 runs started status
	local -a corpus=("$fuzz/corpus/$target" "$fuzz/seeds/$target")
	[ ! -d "test/fuzz/cases/$target" ] || corpus+=("test/fuzz/cases/$target")
	# told what comparisons lack, libFuzzer forges the checksum, and the server's jsonb takes damage for granted
	[ "$target" != healthmodel.stored ] || guidance=-use_cmp=0
	mkdir -p "${corpus[0]}"
	started=$(milliseconds)
	CHS_TARGET=$target UBSAN_OPTIONS=print_stacktrace=1 ASAN_OPTIONS=detect_leaks=0 $fuzz/fuzz_inputs \
		-max_total_time="$seconds" -max_len=8192 -timeout=30 -rss_limit_mb=3000 "$guidance" -print_funcs=0 \
		-print_final_stats=1 -artifact_prefix="$fuzz/found/$target-" "${corpus[@]}" >"$log" 2>&1 </dev/null
	status=$?
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
	if [ $status -eq 0 ] && [ "${runs:-0}" -gt 0 ]; then
		printf '%-44s%sok%s      %s inputs, %s\n' "fuzz  $target" "$green" "$plain" "$runs" "$(seconds_since "$started")"
	else
		printf '%-44s%sFAILED%s  %s\n' "fuzz  $target" "$red" "$plain" "$(seconds_since "$started")"
		grep -nE 'ERROR: |runtime error|^ +#[0-9]|Test unit written|TRAP|^[a-z]+\.[a-z]+: ' "$log" | head -n 40
	fi
}

# --- all of them ----------------------------------------------------------------

rm -rf $fuzz/seeds
mkdir -p $fuzz/corpus $fuzz/found $fuzz/log $fuzz/seeds || exit 1
new_cluster fuzz
step "writing seeds of real values" write_seeds
step "listing the types" write_targets
remove_room
step "building fuzz_inputs (minutes)" build_program

targets=()
mapfile -t types < <(sed -n 's/^CHS_TARGET(\([a-z]*\),.*/\1/p' $fuzz/targets.h)
for type in "${types[@]}"; do
	write_stored "$type" || fail "a real value of $type is no input: $fuzz/log/$type.seeds"
	for form in in recv stored; do
		! wanted "$type.$form" || targets+=("$type.$form")
	done
done
[ ${#targets[@]} -gt 0 ] || fail "there is no target ${TESTS:-}"

# as many at a time as there are processors
running=0
: >$fuzz/results
for target in "${targets[@]}"; do
	[ $running -lt "$(nproc 2>/dev/null || echo 1)" ] || { wait -n; running=$((running - 1)); }
	{ run_target "$target" | tee -a $fuzz/results; } &
	running=$((running + 1))
done
wait
passed=$(grep -c '^fuzz .*ok' $fuzz/results)
failed=$((${#targets[@]} - passed))
say "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
