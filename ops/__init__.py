"""The operator's command line: how the nights go, and what an operator does about it. No part of what is deployed."""
