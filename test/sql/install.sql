-- The extension is there, in the version that its control file names, and can
-- be moved; what is in it the tests of the families say.
SELECT extrelocatable, extversion = default_version AS default_version, trusted
  FROM pg_extension e
  JOIN pg_available_extension_versions v ON v.name = e.extname AND v.version = e.extversion
  JOIN pg_available_extensions a ON a.name = e.extname
 WHERE extname = 'chs';
