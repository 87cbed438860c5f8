"""The engine on PostgreSQL, which several nodes share: its words for the same statements, its migrations, its bell."""
