"""What happens later, outside a request. The only place that calls Twilio's REST API."""
