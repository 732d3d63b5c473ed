"""XBRL instances to facts, facts to statements."""
