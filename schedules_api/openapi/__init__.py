"""The OpenAPI document of the API, made from the declarations that its requests are checked by.

Source of its rules: spec.openapis.org, "OpenAPI Specification v3.1.1".
"""
