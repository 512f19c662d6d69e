"""A retention schedule with a class of each action."""

RULES = """
[[class]]
id = "accounting"
title = "Invoices"
kinds = ["invoice"]
trigger = "end_of_year"
period = "P6Y"
action = "destroy"
basis = "the law"
jurisdiction = "ES"

[[class]]
id = "forms"
title = "Forms"
kinds = ["form"]
trigger = "received"
period = "P1Y"
action = "review"
basis = "the law"
jurisdiction = "ES"

[[class]]
id = "permanent"
title = "For the city's archive"
kinds = []
trigger = "received"
period = "P1Y"
action = "transfer"
basis = "the law"
jurisdiction = "ES"
"""
