"""What the API takes and answers, as pydantic models: they validate, and the OpenAPI document is made from them."""
