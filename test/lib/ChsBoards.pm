# The dashboards of examples/metabase and examples/grafana: reads them, checks
# that everything they name is there, and runs their SQL.
#
# The YAML must stay within what CPAN::Meta::YAML reads: block style, one
# document a file.
package ChsBoards;

use strict;
use warnings;

use CPAN::Meta::YAML;
use Exporter 'import';
use JSON::PP;
use Test::More;

our @EXPORT_OK = qw(check_grafana check_metabase write_cards write_panels);

# What arrives in a BI tool without a cast
my $base_types = qr/^(?:bigint|integer|numeric|double precision|text|date|timestamp with time zone|boolean)$/;

sub text_of
{
	my ($file) = @_;
	open(my $in, '<:encoding(UTF-8)', $file) or die "$file: $!";
	local $/;
	return scalar <$in>;
}

sub write_text
{
	my ($file, $text) = @_;
	open(my $out, '>:encoding(UTF-8)', $file) or die "$file: $!";
	print $out $text;
	close $out or die "$file: $!";
}

# --- Metabase ------------------------------------------------------------------------

# { Collection, Card, Dashboard }, each { entity_id => entity }; every entity
# knows the name of its file
sub read_metabase
{
	my ($source) = @_;
	my $root = "$source/examples/metabase/collections/main";
	my %entities;

	for my $file (glob("$root/*.yaml $root/*/*.yaml"))
	{
		my $entity = CPAN::Meta::YAML->read_string(text_of($file))->[0];
		$entity->{file} = $file =~ s{.*/(.*)\.yaml$}{$1}r;
		my $same = \$entities{ $entity->{'serdes/meta'}[-1]{model} }{ $entity->{entity_id} };
		die "$file and $$same->{file} have one entity_id" if defined $$same;
		$$same = $entity;
	}
	return \%entities;
}

sub card_sql
{
	my ($card) = @_;
	return $card->{dataset_query}{stages}[0]{native};
}

# Each card's SQL, FOLDER/CARD.sql
sub write_cards
{
	my ($source, $folder) = @_;
	write_text("$folder/$_->{file}.sql", card_sql($_)) for values %{ read_metabase($source)->{Card} };
}

# The columns that the settings of a card speak of
sub columns_named
{
	my ($settings) = @_;
	my @names = map { @{ $settings->{$_} // [] } } qw(graph.dimensions graph.metrics);

	push @names, grep { defined } @$settings{qw(table.pivot_column table.cell_column)};
	push @names, map { @{ $_->{columns} } } @{ $settings->{'table.column_formatting'} // [] };
	push @names, map { JSON::PP->new->decode($_)->[1] } keys %{ $settings->{column_settings} // {} };
	return @names;
}

# What the SQL gives, by one session of $ask, which prints columns divided by |
# and lines: its columns, { name => type }, and the answers to one-line questions
# about the table board, which holds the result.  That table cannot have two
# columns of one name, and the view stands for a card whose source is this one.
sub look
{
	my ($ask, $sql, @questions) = @_;
	my ($columns, @answers) = split /\n/, $ask->(join '', map { "$_;\n" }
		  'SET jit = off', "CREATE TEMP TABLE board AS $sql", "CREATE TEMP VIEW wrapped AS SELECT * FROM ($sql) AS source",
		q{SELECT string_agg(format('%s|%s', attname, format_type(atttypid, NULL)), '|' ORDER BY attnum)
		FROM pg_attribute WHERE attrelid = 'board'::regclass AND attnum > 0},
		'SELECT count(*) FROM board', @questions), -1;
	return ({ split /\|/, $columns // '' }, @answers);
}

# Those of these rectangles that leave the 24 columns or lie upon another
sub misplaced
{
	my @wrong;
	my %taken;
	for my $place (@_)
	{
		my ($name, $tab, $x, $y, $width, $height) = @$place;
		my $wrong = $x < 0 || $x + $width > 24;
		for my $row ($y .. $y + $height - 1)
		{
			$wrong ||= $taken{"$tab $row $_"}++ for $x .. $x + $width - 1;
		}
		push @wrong, $name if $wrong;
	}
	return "@wrong";
}

sub check_names
{
	my ($entity, $model) = @_;
	my $slug = lc($entity->{name}) =~ s/\W/_/gr;
	my $meta = $entity->{'serdes/meta'}[-1];
	is("$entity->{file} $meta->{id} $meta->{label}", "$slug $entity->{entity_id} $slug",
		"$model $entity->{file} has one name and one id");
}

sub check_dashboard
{
	my ($dashboard, $cards) = @_;
	my %tabs = map { $_->{entity_id} => 1 } @{ $dashboard->{tabs} };
	my (@places, @shown, %ids);

	for my $place (@{ $dashboard->{dashcards} })
	{
		my ($of, $tab) = @{ $place->{dashboard_tab_id} };
		my $card = $place->{card_id} eq 'null' ? undef : $place->{card_id};
		$ids{ $place->{entity_id} } = 1;
		push @places, [ $place->{entity_id}, $tab, @$place{qw(col row size_x size_y)} ];
		push @shown, $card if defined $card;
		is(join(' ', $of, map { $_->{id} } @{ $place->{'serdes/meta'} }),
			"$dashboard->{entity_id} $dashboard->{entity_id} $place->{entity_id}", 'a place belongs to the dashboard');
		ok($tabs{$tab}, 'and to one of its tabs');
		ok(defined $card || length $place->{visualization_settings}{text}, 'and shows a card or a text');
	}
	is(scalar keys %ids, scalar @places, 'places have ids of their own');
	is(misplaced(@places), '', 'and lie side by side');
	is(join(' ', sort @shown), join(' ', sort keys %$cards), "dashboard $dashboard->{file} shows each card once");
}

# The result, and the columns and series that the settings of the card speak of
sub check_card
{
	my ($card, $sql, $ask) = @_;
	my $settings = $card->{visualization_settings};
	my @dimensions = @{ $settings->{'graph.dimensions'} // [] };
	my ($columns, @answers) =
	  look($ask, $sql, @dimensions > 1 ? "SELECT string_agg(DISTINCT $dimensions[1], '|') FROM board" : ());
	my %series = map { $_ => 1 } @{ $settings->{'graph.metrics'} // [] }, split /\|/, $answers[1] // '';

	check_result($card->{file}, $columns, $answers[0], columns_named($settings));
	is(join(', ', grep { !$series{$_} } sort keys %{ $settings->{series_settings} // {} }), '',
		"$card->{file}: every series is there");
}

# $ask->(SQL): what psql prints, only the rows, columns divided by |
sub check_metabase
{
	my ($source, $ask) = @_;
	my $entities = read_metabase($source);
	my ($collection) = values %{ $entities->{Collection} };

	is(scalar keys %{ $entities->{Collection} }, 1, 'there is one collection');
	check_names($collection, 'collection');
	for my $card (sort { $a->{file} cmp $b->{file} } values %{ $entities->{Card} })
	{
		my $sql = card_sql($card);
		check_names($card, 'card');
		is("$card->{collection_id} $card->{database_id}", "$collection->{entity_id} $card->{dataset_query}{database}",
			"$card->{file} is in the collection and asks one database");
		unlike($sql, qr/\?|\{\{|\[\[|::|;|--|\/\*/, "$card->{file}: nothing that Metabase or JDBC would read in its own way");
		check_card($card, $sql, $ask);
	}
	for my $dashboard (values %{ $entities->{Dashboard} })
	{
		check_names($dashboard, 'dashboard');
		is($dashboard->{collection_id}, $collection->{entity_id}, 'it is in the collection');
		check_dashboard($dashboard, $entities->{Card});
	}
}

# --- both ----------------------------------------------------------------------------

sub check_result
{
	my ($name, $columns, $rows, @named) = @_;

	is(join(', ', grep { $columns->{$_} !~ $base_types } sort keys %$columns), '', "$name: base types only");
	is(join(', ', grep { !$columns->{$_} } @named), '', "$name: the settings name columns that are there");
	cmp_ok($rows // 0, '>', 0, "$name has rows");
	cmp_ok($rows // 0, '<=', 2000, "$name: no more than Metabase shows");
}

# --- Grafana -------------------------------------------------------------------------

sub read_grafana
{
	my ($source) = @_;
	return JSON::PP->new->decode(text_of("$source/examples/grafana/customer_success.json"));
}

# The SQL of a panel; its one macro as Grafana expands it
sub panel_sql
{
	my ($panel, $range) = @_;
	my $sql = $panel->{targets}[0]{rawSql};
	return $sql =~ s/\$__timeFilter\(([^)]*)\)/$1 BETWEEN '$range->{from}' AND '$range->{to}'/gr;
}

# Each panel's SQL, FOLDER/PANEL.sql
sub write_panels
{
	my ($source, $folder) = @_;
	my $dashboard = read_grafana($source);
	for my $panel (@{ $dashboard->{panels} })
	{
		write_text("$folder/" . ($panel->{title} =~ s/\W/_/gr) . '.sql', panel_sql($panel, $dashboard->{time}));
	}
}

# A time series: times that rise, and numbers
sub check_series
{
	my ($name, $columns, $not_rising) = @_;
	my %types = %$columns;

	is(delete $types{time}, 'timestamp with time zone', "$name: the column time is one");
	is(join(', ', grep { $types{$_} !~ /^(?:bigint|integer|numeric|double precision)$/ } sort keys %types), '',
		"$name: the others are numbers");
	is($not_rising, '0', "$name: times rise");
}

sub check_grafana
{
	my ($source, $ask) = @_;
	my $folder = "$source/examples/grafana";
	my $dashboard = read_grafana($source);
	my ($variable) = @{ $dashboard->{templating}{list} };
	my (%ids, @places);

	is("$variable->{name} $variable->{type}", 'DS_CHS datasource', 'the data source is a variable');
	for my $panel (@{ $dashboard->{panels} })
	{
		my ($target) = @{ $panel->{targets} };
		my $name = $panel->{title};
		my $sql = panel_sql($panel, $dashboard->{time});
		my $settings = $panel->{options};
		push @places, [ $panel->{id}, '', @{ $panel->{gridPos} }{qw(x y w h)} ];
		$ids{ $panel->{id} } = 1;
		is(join(' ', map { "$_->{uid} $_->{type}" } $panel->{datasource}, $target->{datasource}),
			join(' ', ("\${DS_CHS} $variable->{query}") x 2), "$name asks that source");
		unlike($sql, qr/[\$;]|--/, "$name has no other macro, semicolon or comment");
		my $is_series = $panel->{type} eq 'timeseries';
		my ($columns, $rows, $not_rising) = look($ask, $sql, $is_series ? q{SELECT count(*) FROM
			(SELECT time, lag(time) OVER () AS before FROM board) AS t WHERE time IS NULL OR time <= before} : ());
		check_result($name, $columns, $rows, grep { defined } $settings->{xField},
			map { $_->{matcher}{options} } @{ $panel->{fieldConfig}{overrides} });
		check_series($name, $columns, $not_rising) if $is_series;
		is($target->{format}, $is_series ? 'time_series' : 'table', "$name has the right format");
	}
	is(scalar keys %ids, scalar @places, 'panels have ids of their own');
	is(misplaced(@places), '', 'and lie side by side');
	my $provider = CPAN::Meta::YAML->read_string(text_of("$folder/provisioning/dashboards/chs.yaml"))->[0];
	my $database = CPAN::Meta::YAML->read_string(text_of("$folder/provisioning/datasources/chs.yaml"))->[0];
	is($provider->{providers}[0]{type}, 'file', 'the dashboard can be provisioned');
	is($database->{datasources}[0]{type}, $variable->{query}, 'and the data source, of the same type');
}

1;
