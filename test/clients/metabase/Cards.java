// Runs the SQL of Metabase's cards as Metabase does: a prepared statement without
// parameters, behind a comment, in a transaction that only reads, 2,000 rows at
// most; once as it is, once as the source of another card.
//
//	java -cp postgresql.jar Cards.java URL FOLDER		FOLDER has a file CARD.sql each

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

public class Cards {
	static final int MAX_ROWS = 2000;

	// what the driver makes of base types; all else arrives as PGobject or an array
	static final Set<Class<?>> PLAIN = Set.of(Integer.class, Long.class, Double.class, java.math.BigDecimal.class,
		String.class, Boolean.class, java.sql.Date.class, java.sql.Timestamp.class);

	final Connection connection;
	final Set<String> columns = new LinkedHashSet<>();

	Cards(Connection connection) {
		this.connection = connection;
	}

	List<List<Object>> rows(String sql) throws SQLException {
		List<List<Object>> rows = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement("-- Metabase:: userID: 1 queryType: native\n" + sql,
				ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY)) {
			statement.setMaxRows(MAX_ROWS);
			ResultSet result = statement.executeQuery();
			ResultSetMetaData shape = result.getMetaData();
			columns.clear();
			for (int i = 1; i <= shape.getColumnCount(); i++)
				if (!columns.add(shape.getColumnLabel(i)))
					throw new SQLException("two columns are named " + shape.getColumnLabel(i));
			while (result.next()) {
				List<Object> row = new ArrayList<>();
				for (int i = 1; i <= shape.getColumnCount(); i++)
					row.add(plain(result.getObject(i), shape.getColumnLabel(i)));
				rows.add(row);
			}
		}
		return rows;
	}

	static Object plain(Object value, String column) throws SQLException {
		if (value != null && !PLAIN.contains(value.getClass()))
			throw new SQLException(column + " is a " + value.getClass().getName());
		return value;
	}

	void check(String name, String sql) throws SQLException {
		List<List<Object>> as_it_is = rows(sql);
		String list = columns.stream().map(c -> "\"source\".\"" + c + "\" AS \"" + c + "\"").collect(Collectors.joining(", "));
		List<List<Object>> as_source = rows("SELECT " + list + " FROM (" + sql + ") AS \"source\" LIMIT 1048575");

		verdict(!as_it_is.isEmpty(), name + ": " + as_it_is.size() + " rows of " + columns.size() + " columns");
		verdict(as_it_is.equals(as_source), name + ": the same as the source of another card");
	}

	static void verdict(boolean right, String label) {
		System.out.println((right ? "ok - " : "not ok - ") + label);
	}

	public static void main(String[] args) throws Exception {
		try (Connection connection = DriverManager.getConnection(args[0]); Stream<Path> files = Files.list(Path.of(args[1]))) {
			connection.setReadOnly(true);
			connection.setAutoCommit(false);
			for (Path file : files.filter(f -> f.toString().endsWith(".sql")).sorted().collect(Collectors.toList())) {
				String name = file.getFileName().toString().replace(".sql", "");
				try {
					new Cards(connection).check(name, Files.readString(file));
				} catch (SQLException e) {
					verdict(false, name + ": " + e.getMessage());
				}
				connection.rollback();
			}
		}
	}
}
