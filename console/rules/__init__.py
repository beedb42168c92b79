"""Console rules without a database: permissions, session lifetime, passwords, sign-in throttling."""
