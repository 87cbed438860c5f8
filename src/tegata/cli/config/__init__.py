"""The configuration file and files of variables: from YAML and dotenv to the words they stand for."""
