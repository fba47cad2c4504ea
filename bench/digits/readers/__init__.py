"""Readers of digits side by side: formdigits and what else can be had."""
