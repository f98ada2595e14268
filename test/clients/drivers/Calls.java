// Runs the calls of calls.txt with the JDBC driver.  See calls.py, which does the
// same in Python and explains the checks.
//
//	java -cp postgresql.jar Calls.java URL [explore]

import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

public class Calls {
	static final String DRIVER = "jdbc";

	static class Call {
		String sql = "";
		List<String> types = new ArrayList<>(), values = new ArrayList<>();
		Set<Integer> casts = new TreeSet<>();
		boolean silent;

		void read(String line) {
			String[] words = line.split(" ", 3);
			if (line.startsWith("$")) {
				types.add(words[1]);
				values.add(words[2].equals("NULL") ? null : words[2]);
			} else if (words[0].equals("casts") || words[0].equals("silent")) {
				if (words[1].equals(DRIVER)) {
					silent = words[0].equals("silent");
					for (String cast : words[2].split(" "))
						casts.add(Integer.valueOf(cast.substring(1)));
				}
			} else
				sql += line + "\n";
		}

		// the statement, each $n replaced; its rows as one JSON text
		String text(IntFunction<String> replace) {
			String inner = Pattern.compile("\\$(\\d+)").matcher(sql.strip()).replaceAll(
				m -> Matcher.quoteReplacement(replace.apply(Integer.parseInt(m.group(1)))));
			return "SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]')::text FROM (" + inner + ") AS t";
		}
	}

	final Connection connection;

	Calls(Connection connection) {
		this.connection = connection;
	}

	static List<Call> readCalls() throws Exception {
		List<Call> calls = new ArrayList<>();
		Call call = new Call();
		for (String line : Files.readAllLines(Path.of("test/clients/drivers/calls.txt"))) {
			if (!line.isEmpty() && !line.startsWith("#"))
				call.read(line);
			else if (!call.sql.isEmpty()) {
				calls.add(call);
				call = new Call();
			}
		}
		if (!call.sql.isEmpty())
			calls.add(call);
		return calls;
	}

	// what a program in Java has in its hand for a value of this type
	Object value(String type, String text) throws SQLException {
		if (text == null)
			return null;
		if (type.endsWith("[]")) {
			String element = type.substring(0, type.length() - 2);
			List<Object> items = new ArrayList<>();
			for (String item : text.substring(1, text.length() - 1).split(","))
				items.add(value(element, item));
			return connection.createArrayOf(element, items.toArray());
		}
		switch (type) {
			case "int": return Integer.valueOf(text);
			case "bigint": return Long.valueOf(text);
			case "float8": return Double.valueOf(text);
			case "numeric": return new BigDecimal(text);
			case "boolean": return Boolean.valueOf(text);
			case "date": return LocalDate.parse(text);
			case "timestamptz": return OffsetDateTime.parse(text.replace(' ', 'T').replace("+00", "+00:00"));
			case "interval": return new org.postgresql.util.PGInterval(text);
			default: return text;
		}
	}

	static String first(ResultSet rows) throws SQLException {
		rows.next();
		return rows.getString(1);
	}

	static String error(SQLException e) {
		return "ERROR: " + e.getMessage().split("\n")[0].replaceFirst("^ERROR: ", "");
	}

	String literal(Call call) {
		try (Statement statement = connection.createStatement()) {
			return first(statement.executeQuery(call.text(n -> {
				String value = call.values.get(n - 1);
				return "CAST(" + (value == null ? "NULL" : "'" + value.replace("'", "''") + "'") + " AS " + call.types.get(n - 1) + ")";
			})));
		} catch (SQLException e) {
			return error(e);
		}
	}

	String bound(Call call, Set<Integer> casts) {
		List<Integer> order = new ArrayList<>();
		String sql = call.text(n -> {
			order.add(n);
			return casts.contains(n) ? "CAST(? AS " + call.types.get(n - 1) + ")" : "?";
		});
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < order.size(); i++)
				statement.setObject(i + 1, value(call.types.get(order.get(i) - 1), call.values.get(order.get(i) - 1)));
			return first(statement.executeQuery());
		} catch (SQLException e) {
			return error(e);
		}
	}

	static void check(boolean passed, String label, String... details) {
		System.out.println((passed ? "ok - " : "not ok - ") + label);
		if (!passed)
			for (String detail : details)
				System.out.println("   " + detail.substring(0, Math.min(600, detail.length())));
	}

	void test(Call call, int number) {
		String line = call.sql.split("\n")[0];
		String label = number + ": " + line.substring(0, Math.min(90, line.length()));
		String want = literal(call), have = bound(call, call.casts);
		check(have.equals(want) && !want.startsWith("ERROR"), label, "have: " + have, "want: " + want);
		for (int one : call.casts) {
			Set<Integer> others = new TreeSet<>(call.casts);
			others.remove(one);
			check(!bound(call, others).equals(want), label + ", without a cast of $" + one, "needs no such cast");
		}
		if (!call.casts.isEmpty()) {
			have = bound(call, Set.of());
			check(have.startsWith("ERROR") != call.silent, label + ", without casts", "have: " + have);
		}
	}

	void explore(Call call, int number) {
		String want = literal(call), plain = bound(call, Set.of());
		System.out.println(number + ": " + call.sql.split("\n")[0]);
		int count = call.types.size();
		Set<Integer> best = null;
		for (int mask = 0; mask < 1 << count; mask++) {
			final int bits = mask;
			Set<Integer> casts = IntStream.rangeClosed(1, count).filter(n -> (bits & 1 << n - 1) != 0).boxed().collect(Collectors.toSet());
			if ((best == null || best.size() > casts.size()) && bound(call, casts).equals(want))
				best = casts;
		}
		if (want.startsWith("ERROR") || best == null)
			System.out.println("   no casts help: " + want + " " + bound(call, IntStream.rangeClosed(1, count).boxed().collect(Collectors.toSet())));
		else if (!best.isEmpty())
			System.out.println("   " + best.stream().map(n -> "$" + n + " " + call.types.get(n - 1)).collect(Collectors.joining(" ")) + " | " + plain);
	}

	// the types that arrive, as docs/clients.md says
	void testTypesOfPage() throws Exception {
		String section = Files.readString(Path.of("docs/clients.md")).split("\n## What arrives\n")[1].split("\n## ")[0];
		List<String> rows = section.lines().filter(line -> line.startsWith("|")).collect(Collectors.toList());
		for (String row : rows.subList(2, rows.size())) {
			String[] cells = row.split("\\|");
			String expression = cells[1].strip().replace("`", "");
			try (Statement statement = connection.createStatement()) {
				ResultSet result = statement.executeQuery("SELECT " + expression + " FROM clients.kept");
				result.next();
				Object value = result.getObject(1);
				String have = "`" + (value == null ? "null" : value.getClass().getSimpleName()) + "`", want = cells[6].strip();
				check(have.equals(want), "docs/clients.md, type of " + expression, "have: " + have, "page: " + want);
			}
		}
	}

	public static void main(String[] args) throws Exception {
		try (Connection connection = DriverManager.getConnection(args[0])) {
			Calls calls = new Calls(connection);
			int number = 0;
			for (Call call : readCalls()) {
				if (args.length > 1)
					calls.explore(call, ++number);
				else
					calls.test(call, ++number);
			}
			if (args.length == 1)
				calls.testTypesOfPage();
		}
	}
}
