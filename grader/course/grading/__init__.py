"""From a submission to its report: course.toml, the suites, the marks."""
