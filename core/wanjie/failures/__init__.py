"""Find out which error a failed response is, whatever form and words a gateway uses."""
